// $ids. Returns one row: found (list of the properties of those entities that exist). One row, since each row costs the driver.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN collect(properties(n)) AS found
