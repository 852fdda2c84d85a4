// The least that a gateway can do: bytes from one connection to another through undici's pool. Prints its address.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";

const provider = process.argv[2];
if (provider === undefined) throw new Error("name the provider's address");
const pool = new Pool(provider, { connections: 256 });

const server = createServer((request, response) => {
  pool.stream(
    {
      path: request.url ?? "/",
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer sk-bench" },
      body: request,
      opaque: response,
    },
    ({ statusCode, headers }) => {
      response.writeHead(statusCode, { "content-type": String(headers["content-type"]) });
      return response;
    },
    (error) => {
      if (error) response.destroy(error);
    },
  );
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
