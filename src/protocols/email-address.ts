/** Checks e-mail addresses (RFC 5321, sections 4.1.2 and 4.5.3.1). */
import { domainToASCII, domainToUnicode } from "node:url";

const LOCAL_PART = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/;
const DOMAIN_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * Returns the address with its domain in ASCII (IDNA, RFC 5891), or `null` if the text is not an accepted address. The
 * part before the `@` must be ASCII without quotes. The domain must not be an address literal. Business mail uses
 * neither quotes nor literals. IDNA must not change the domain's letters, because one person could use similar letters
 * to pass as another.
 */
export function readEmailAddress(text: string): string | null {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = toAsciiDomain(text.slice(at + 1));
  const labels = domain.split(".");
  const isAddress =
    local.length + domain.length < 254 &&
    at > 0 &&
    LOCAL_PART.test(local) &&
    !/^\.|\.\.|\.$/.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => DOMAIN_LABEL.test(label));
  return isAddress ? `${local}@${domain}` : null;
}

/** Returns a domain in ASCII, or an empty text if IDNA refuses the domain or would change its letters. */
function toAsciiDomain(domain: string): string {
  if (ASCII.test(domain) || domain.length > 253) return domain;
  const ascii = domainToASCII(domain);
  const isUnchanged = domain === domain.normalize("NFC") && domainToUnicode(ascii) === domain.toLowerCase();
  return isUnchanged ? ascii : "";
}
