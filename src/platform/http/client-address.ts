/** Who is calling: `X-Forwarded-*` counts only when it comes from a proxy that the operator trusts. */
import type { Express, Request } from "express";
import ipaddr from "ipaddr.js";

/**
 * Tells Express whom to believe.
 * @param proxies addresses and networks: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`
 * @throws Error that names the entry that is neither
 */
export function trustProxies(app: Express, proxies: readonly string[]): void {
  for (const proxy of proxies) {
    if (!ipaddr.isValid(proxy) && !ipaddr.isValidCIDR(proxy)) {
      throw new Error(`${JSON.stringify(proxy)} is neither an address nor a network that a proxy could have.`);
    }
  }
  // A list, even an empty one: `true` would believe whatever a client writes.
  app.set("trust proxy", [...proxies]);
}

/** Asked several times for a request: by its limits, by what it records, by the log. */
const addresses = new WeakMap<Request, string>();

/** The caller's address, IPv4 in its plain form, for rate limits and the audit trail; `unknown` after it hung up. */
export function clientAddress(request: Request): string {
  const known = addresses.get(request);
  if (known !== undefined) return known;
  const text = request.ip ?? "";
  const address = ipaddr.isValid(text) ? ipaddr.process(text).toString() : "unknown";
  addresses.set(request, address);
  return address;
}

/** Whether the connection itself comes from a trusted proxy. */
export function comesFromTrustedProxy(request: Request): boolean {
  const trusts: unknown = request.app.get("trust proxy fn");
  const peer = request.socket.remoteAddress;
  return (
    peer !== undefined && typeof trusts === "function" && (trusts as (address: string, hop: number) => boolean)(peer, 0)
  );
}
