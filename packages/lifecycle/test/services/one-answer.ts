import { createServer } from "node:http";
import { handover } from "@handover/lifecycle";

/** A service that closes its server after one answer, and has nothing else to do. */
const server = createServer((_request, response) => {
  response.setHeader("Connection", "close");
  response.end("the only one");
  server.close();
});
const { ready } = handover({ server });
const control = await ready;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`port ${typeof address === "object" ? address?.port : ""} ${control?.port ?? 0}\n`);
});
