"""What the flow `fetch-papers` fetches from each source, and how runs share the limit of arXiv's servers."""
