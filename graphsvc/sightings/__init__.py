"""Where and when an exactly named vehicle was seen: the sensitive case, in which nothing can be searched, only looked up."""
