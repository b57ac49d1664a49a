// Which links `r` a question narrows itself to; a part of the queries beside it.
// Parameters: $searched compartments that links may come from; $first and $last days, or null: links that may have held between them;
//   $least rows that a link must rest on, $events types of links that happen at one time.
r.compartment IN $searched
  AND ($last IS NULL OR left(coalesce(toString(r.at_min), toString(r.at), r.valid_from_min, r.valid_from, ''), 10) <= $last)
  AND ($first IS NULL OR left(coalesce(toString(r.at_max), toString(r.at), r.valid_to_max, r.valid_to,
    CASE WHEN type(r) IN $events THEN coalesce(r.valid_from_max, r.valid_from) END, '9999'), 10) >= $first)
  AND ($least = 1 OR $least <= size(reduce(rows = [], record IN r.records |
    CASE WHEN split(record, '@')[0] IN rows THEN rows ELSE rows + split(record, '@')[0] END)))
