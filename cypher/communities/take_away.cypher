// Takes away the communities and changes of a run, in transactions of their own. $run.
MATCH (c:Community|CommunityChange {run: $run})
CALL (c) { DETACH DELETE c } IN TRANSACTIONS OF 1000 ROWS
