/** Recognises addresses of the public Internet (IANA special-purpose registries, RFC 6890). */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * The range from which IANA assigns global addresses (RFC 4291 2.4). Outside it are mapped and compatible IPv4, both
 * NAT64 prefixes (RFC 6052, RFC 8215), link-local, unique local, multicast, and future kinds.
 */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** The second documentation prefix (RFC 9637), which the library does not know. */
const DOCUMENTATION_IPV6 = ipaddr.IPv6.parseCIDR("3fff::/20");

/**
 * Whether a text is a public IP address in its usual notation. `false` for any other notation, which a socket might read
 * differently.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv6) {
    if (!address.match(GLOBAL_IPV6) || address.match(DOCUMENTATION_IPV6)) return false;
  }
  // The library's "unicast" excludes 6to4, Teredo, carrier-grade NAT and the other special ranges.
  return address.range() === "unicast";
}
