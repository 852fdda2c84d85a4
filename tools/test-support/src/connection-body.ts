/** What Query's `createConnection` takes for a PostgreSQL of the tests. @param url with user, password and database */
export function connectionBody(url: string) {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    name: "Shop",
    engine: "postgres" as const,
    network: {
      host: hostname,
      port: Number(port),
      database: pathname.slice(1),
      user: decodeURIComponent(username),
      tls: "off" as const,
    },
    secret: { password: decodeURIComponent(password) },
  };
}
