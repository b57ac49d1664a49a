// Where addresses and places in view are. Parameters: $compartments. Returns: place, nodes (internal numbers), by place.
MATCH (n:Address|Place)
WHERE n.compartment IN $compartments
WITH n, toUpper(trim(coalesce(n.city, n.region, CASE WHEN n:Place THEN n.caption END))) AS place
WHERE place <> ''
RETURN place, collect(id(n)) AS nodes
ORDER BY place
