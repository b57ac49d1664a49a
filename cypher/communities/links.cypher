// Counts the links of each node of the graph $name, as its property links: no case data.
CALL gds.degree.mutate($name, {mutateProperty: 'links', concurrency: 1}) YIELD nodePropertiesWritten
RETURN nodePropertiesWritten AS nodes
