module capability

go 1.27
