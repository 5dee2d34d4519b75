/** Shows verified claims to an administrator, and reads claims that an administrator typed in. */
import { checkClaimsSize } from "./claims.js";
import type { Claims, Provider, VerifiedSignIn } from "./surroundings.js";

/** The claims that are not shown: they are about the message, not about the person, and differ at each sign-in. */
const OF_THE_MESSAGE = ["nonce", "at_hash", "c_hash", "s_hash"];

/** The most characters of `sub` (OpenID Connect Core 1.0, section 2). */
const LONGEST_SUBJECT = 255;

export const claimsView = {
  show: ({ claims }: Pick<VerifiedSignIn, "claims">): Claims =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => !OF_THE_MESSAGE.includes(name))),
  /** @throws ProtocolRefusal for claims that are too large, as at a sign-in */
  read: async (claims: Claims, { provider }: { readonly provider: Pick<Provider, "issuer"> }): Promise<Typed> => {
    checkClaimsSize(claims);
    const { iss: issuer = provider.issuer, sub: subject } = claims;
    if (typeof issuer !== "string" || issuer.trim() === "") return { issue: "iss must be a text" };
    if (typeof subject !== "string" || subject.trim() === "" || subject.length > LONGEST_SUBJECT)
      return { issue: "sub must be a text of 1 to 255 characters: the provider's identifier of the person" };
    return { verified: { issuer, subject, claims: { ...claims, iss: issuer }, accessToken: "", idToken: "" } };
  },
};

type Typed = { readonly verified: VerifiedSignIn } | { readonly issue: string };
