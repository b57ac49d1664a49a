// How large the database's heap can be, in bytes.
CALL gds.debug.sysInfo() YIELD key, value
WITH key, value WHERE key = 'heapMaxInBytes'
RETURN toInteger(value) AS bytes
