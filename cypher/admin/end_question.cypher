// Ends what the database does for one question. $question. Returns: message.
SHOW TRANSACTIONS YIELD transactionId AS id, metaData WHERE metaData.question = $question
TERMINATE TRANSACTIONS id YIELD message
RETURN message
