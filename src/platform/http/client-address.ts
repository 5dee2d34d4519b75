/** The client's address. A forwarding header counts only when it comes from a proxy that the operator trusts. */
import type { Express, Request } from "express";
import ipaddr from "ipaddr.js";
import { readAddress, readHops, type ForwardedHeader, type Hop } from "./forwarded.js";

const FORWARDED_HEADER = "usher forwarded header";

/**
 * Sets the trusted proxies of the application.
 *
 * @param proxies addresses and networks: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`
 * @param header the header that they write
 * @throws Error that names a wrong entry
 */
export function trustProxies(app: Express, proxies: readonly string[], header: ForwardedHeader): void {
  for (const proxy of proxies) {
    if (!ipaddr.isValid(proxy) && !ipaddr.isValidCIDR(proxy)) {
      throw new Error(`${JSON.stringify(proxy)} is neither an address nor a network that a proxy could have.`);
    }
  }
  // Always a list: `true` would trust what any client writes.
  app.set("trust proxy", [...proxies]);
  app.set(FORWARDED_HEADER, header);
}

/** Cached, because rate limits, the audit trail and the log all ask for it. */
const clients = new WeakMap<Request, Hop>();

/** The client's address, IPv4 in its plain form, for the audit trail and the log; `null` when it cannot be read. */
export function clientAddress(request: Request): string | null {
  return findClient(request).address;
}

/** The key of a client for rate limits: its address, or the text that a proxy wrote in its place. */
export function clientKey(request: Request): string {
  const { address, text } = findClient(request);
  return address ?? text;
}

/** The first hop from the right that is not a trusted proxy. */
function findClient(request: Request): Hop {
  const known = clients.get(request);
  if (known !== undefined) return known;
  const kind = request.app.get(FORWARDED_HEADER) as ForwardedHeader;
  // Node appends the interface to a link-local address. A client that hung up has no address.
  const peer = request.socket.remoteAddress?.split("%", 1)[0] ?? "";
  let client: Hop = { address: readAddress(peer), text: peer };
  for (const hop of readHops(request.get(kind) ?? "", kind)) {
    if (client.address === null || !isTrusted(request, client.address)) break;
    client = hop;
  }
  clients.set(request, client);
  return client;
}

/** Whether the connection itself comes from a trusted proxy. */
export function comesFromTrustedProxy(request: Request): boolean {
  const peer = request.socket.remoteAddress;
  return peer !== undefined && isTrusted(request, peer);
}

function isTrusted(request: Request, address: string): boolean {
  const trusts: unknown = request.app.get("trust proxy fn");
  return typeof trusts === "function" && (trusts as (address: string, hop: number) => boolean)(address, 0);
}
