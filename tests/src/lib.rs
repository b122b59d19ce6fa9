//! The laboratory: namespaces, real resolvers, clients.
