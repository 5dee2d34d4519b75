/** Prints the webhooks that arrive, and whether their signatures are right: `npm run webhooks:listen -- --port 4900`. */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Webhook } from "standardwebhooks";

const USAGE = `npm run webhooks:listen -- [--port PORT] [--secret whsec_…]... [--status STATUS]

  --port    the port to listen on; 4900 when left out, 0 for any free port
  --secret  the secret that signs the messages; give both secrets during a rotation
  --status  the status to answer; 204 when left out
`;

const LARGEST_BODY_BYTES = 1_048_576;
const { port, secrets, status } = readArguments();

const server = createServer((request, response) => {
  readBody(request).then(
    (body) => {
      if (body === null) return response.writeHead(413).end();
      print(request.headers, body);
      return response.writeHead(status).end();
    },
    // The sender has gone away.
    () => response.destroy(),
  );
});
server.on("error", (error) => {
  process.stderr.write(`Cannot listen on port ${port}: ${error.message}\n`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => {
  process.stdout.write(`Listening on http://localhost:${server.address().port}\n`);
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    server.closeAllConnections();
    server.close(() => process.exit(0));
  });
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "4900" },
        secret: { type: "string", multiple: true, default: [] },
        status: { type: "string", default: "204" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const [chosenPort, chosenStatus] = [Number(values.port), Number(values.status)];
    if (!Number.isInteger(chosenPort) || chosenPort < 0 || chosenPort > 65_535)
      throw new Error("--port must be a number from 0 to 65535.");
    if (!Number.isInteger(chosenStatus) || chosenStatus < 200 || chosenStatus > 599)
      throw new Error("--status must be from 200 to 599.");
    return {
      port: chosenPort,
      status: chosenStatus,
      secrets: values.secret.map((secret) => new Webhook(secret)),
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Reads the body; null when it is larger than any event. */
async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LARGEST_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function print(headers, body) {
  process.stdout.write(
    `\n${new Date().toISOString()}  ${plain(headers["webhook-id"] ?? "without webhook-id")}  ${verify(headers, body)}\n`,
  );
  try {
    process.stdout.write(`${JSON.stringify(JSON.parse(body), null, 2).replaceAll(/[\x7f-\x9f]/g, "?")}\n`);
  } catch {
    process.stdout.write(`not JSON: ${plain(body.slice(0, 2_000))}\n`);
  }
}

/** Removes characters that a terminal would obey. */
function plain(text) {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}

function verify(headers, body) {
  if (secrets.length === 0) return "not verified: no --secret was given";
  const problems = secrets.map((secret) => {
    try {
      secret.verify(body, headers);
      return null;
    } catch (error) {
      return error.message;
    }
  });
  return problems.includes(null) ? "signature is right" : `SIGNATURE IS WRONG: ${problems[0]}`;
}
