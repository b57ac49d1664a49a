// Takes away the communities, changes and bridges of a run, in transactions of their own. $run.
MATCH (c:Community|CommunityChange|CommunityBridge {run: $run})
CALL (c) { DETACH DELETE c } IN TRANSACTIONS OF 1000 ROWS
