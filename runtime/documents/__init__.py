"""Documents: what the record holds, laid out as letters for people; made when they are asked for, and never kept."""
