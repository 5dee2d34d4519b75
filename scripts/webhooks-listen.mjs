/** Prints the webhooks that arrive, and whether they are signed by a secret: `npm run webhooks:listen -- --port 4900`. */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Webhook } from "standardwebhooks";

const USAGE = `npm run webhooks:listen -- [--port PORT] [--secret whsec_…]... [--status STATUS]

  --port    where to listen on this machine; 4900 when left out, 0 for any free one
  --secret  what messages must be signed by; give it twice during a rotation
  --status  what to answer; 204 when left out
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
    if (!Number.isInteger(chosenPort) || chosenPort < 0 || chosenPort > 65_535) throw new Error("--port is no port.");
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

/** The body, or null when it is larger than any event. */
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
    `\n${new Date().toISOString()}  ${plain(headers["webhook-id"] ?? "without webhook-id")}  ${judge(headers, body)}\n`,
  );
  try {
    process.stdout.write(`${JSON.stringify(JSON.parse(body), null, 2).replaceAll(/[\x7f-\x9f]/g, "?")}\n`);
  } catch {
    process.stdout.write(`not JSON: ${plain(body.slice(0, 2_000))}\n`);
  }
}

/** A terminal must not obey what a stranger sends. */
function plain(text) {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}

function judge(headers, body) {
  if (secrets.length === 0) return "not verified: no --secret was given";
  const mistakes = secrets.map((secret) => {
    try {
      secret.verify(body, headers);
      return null;
    } catch (error) {
      return error.message;
    }
  });
  return mistakes.includes(null) ? "signature is right" : `SIGNATURE IS WRONG: ${mistakes[0]}`;
}
