/** The specimen's provider. It serves its description, and signs a ticket for the next person of the test. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { signPayload } from "./strategy.js";

const TICKET_LIFETIME_MILLISECONDS = 60_000;

export interface SpecimenProvider {
  readonly address: string;
  readonly audience: string;
  readonly sharedSecret: string;
  /** Fields of the next tickets that replace the usual ones. */
  readonly setPerson: (fields: Readonly<Record<string, unknown>>) => void;
  /** The address to which the browser is redirected. */
  readonly signIn: (url: string, fields?: Readonly<Record<string, unknown>>) => string;
  readonly close: () => Promise<void>;
}

/** Starts the provider on a free port. The caller closes it. */
export async function startSpecimenProvider(): Promise<SpecimenProvider> {
  const [audience, sharedSecret] = ["usher", "a secret that signs tickets"];
  let person: Readonly<Record<string, unknown>> = {};
  let address = "";

  const signIn = (url: string, fields = person): string => {
    const { searchParams: asked } = new URL(url);
    const ticket = {
      audience: asked.get("audience"),
      nonce: asked.get("nonce"),
      until: Date.now() + TICKET_LIFETIME_MILLISECONDS,
      subject: "ada",
      email: "ada@acme.example",
      firstName: "Ada",
      lastName: "Lovelace",
      ...fields,
    };
    const payload = Buffer.from(JSON.stringify(ticket)).toString("base64url");
    const back = new URL(asked.get("back") ?? "");
    back.searchParams.set("ticket", `${payload}.${signPayload(payload, sharedSecret).toString("base64url")}`);
    return back.href;
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", address);
    if (url.pathname === "/description") response.end(JSON.stringify({ issuer: address }));
    else if (url.pathname === "/sign-in") response.writeHead(303, { location: signIn(url.href) }).end();
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    audience,
    sharedSecret,
    setPerson: (fields) => void (person = fields),
    signIn,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
