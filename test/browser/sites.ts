/** Sites around Usher for browser tests: an attacker's site, and TLS in front of an installation. */
import { createServer, request as forward, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { createAuthority } from "../platform/fetch/certificates.js";
import { HOSTS } from "./chromium.js";

/** A site that runs until it is closed. */
export interface Site {
  readonly url: string;
  readonly close: () => Promise<void>;
}

async function listen(server: Server & { closeAllConnections(): void }, scheme: string, host: string): Promise<Site> {
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  return {
    url: `${scheme}://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
}

/** An attacker's site. It sends the page that `body` makes for every address. */
export async function startEvilSite(body: () => string): Promise<Site> {
  const answer: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>Evil</title>${body()}`);
  };
  return await listen(createServer(answer), "http", HOSTS.evil);
}

/** TLS in front of a port, with a new certificate. `port` is called for each request, because Usher starts later. */
export async function startTlsTerminator(port: () => number): Promise<Site> {
  const { key, cert } = createAuthority().issue([HOSTS.usher]);
  const answer: RequestListener = (incoming, outgoing) => {
    const onward = forward(
      {
        host: "127.0.0.1",
        port: port(),
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" },
      },
      (received) => {
        outgoing.writeHead(received.statusCode ?? 502, received.headers);
        received.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  };
  return await listen(createTlsServer({ key, cert }, answer), "https", HOSTS.usher);
}
