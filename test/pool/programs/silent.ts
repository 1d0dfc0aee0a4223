// A worker that ends without ever having called serve().
