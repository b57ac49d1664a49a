// Ends what the database does for a run. $run. Returns: message.
SHOW TRANSACTIONS YIELD transactionId AS id, metaData WHERE metaData.job = $run
TERMINATE TRANSACTIONS id YIELD message
RETURN message
