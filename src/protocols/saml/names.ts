/** Names from SAML 2.0 and its XML specifications, and the accepted algorithms. */

/** Namespaces (SAML core 1.1, SAML metadata 1.1, XML Signature 1.1 section 1.4, XML Encryption 1.1 section 1.3). */
export const NAMESPACE = {
  assertion: "urn:oasis:names:tc:SAML:2.0:assertion",
  protocol: "urn:oasis:names:tc:SAML:2.0:protocol",
  metadata: "urn:oasis:names:tc:SAML:2.0:metadata",
  signature: "http://www.w3.org/2000/09/xmldsig#",
  encryption: "http://www.w3.org/2001/04/xmlenc#",
  encryption11: "http://www.w3.org/2009/xmlenc11#",
  exclusiveCanonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#",
  xml: "http://www.w3.org/XML/1998/namespace",
} as const;

/** Bindings (SAML bindings 3.4 and 3.5). */
export const BINDING = {
  redirect: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
  post: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
} as const;

/** Confirmation by possession of the message (SAML profiles 3.3). */
export const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/** Status codes (SAML core 3.2.2.2). */
export const STATUS = {
  success: "urn:oasis:names:tc:SAML:2.0:status:Success",
  noAuthnContext: "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext",
  invalidNameIdPolicy: "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy",
  noPassive: "urn:oasis:names:tc:SAML:2.0:status:NoPassive",
  requestDenied: "urn:oasis:names:tc:SAML:2.0:status:RequestDenied",
  authnFailed: "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
} as const;

/** Name identifier formats (SAML core 8.3). */
export const NAME_ID_FORMAT = {
  unspecified: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
  emailAddress: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  persistent: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
  transient: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
} as const;

/** SHA-384 as a digest and in a signature (RFC 9231, sections 2.1.3 and 2.3.3). */
export const SHA384 = {
  digest: "http://www.w3.org/2001/04/xmldsig-more#sha384",
  rsa: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
} as const;

/**
 * Accepted signature methods: RSA with SHA-256, SHA-384 or SHA-512. HMAC would use the provider's public certificate as
 * its secret. SHA-1 is broken.
 */
export const SIGNATURE_METHODS: ReadonlySet<string> = new Set([
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  SHA384.rsa,
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
]);

/** Accepted digest methods of a signature's reference. */
export const DIGEST_METHODS: ReadonlySet<string> = new Set([
  "http://www.w3.org/2001/04/xmlenc#sha256",
  SHA384.digest,
  "http://www.w3.org/2001/04/xmlenc#sha512",
]);

/** Canonicalisations that leave out only comments. The XML reader refuses comments. */
export const CANONICALIZATION_METHODS: ReadonlySet<string> = new Set([
  NAMESPACE.exclusiveCanonicalization,
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
]);

/**
 * Accepted transforms of a signature's reference (SAML core 5.4.4). Other transforms could leave out parts of the
 * element.
 */
export const TRANSFORMS: ReadonlySet<string> = new Set([
  `${NAMESPACE.signature}enveloped-signature`,
  NAMESPACE.exclusiveCanonicalization,
]);

/** A cipher of an encrypted assertion. Only `authenticated` ciphers detect changes of the text. */
export interface ContentCipher {
  readonly name: "aes-128-gcm" | "aes-256-gcm" | "aes-128-cbc" | "aes-256-cbc";
  readonly authenticated: boolean;
}

/** Ciphers of an encrypted assertion, by algorithm identifier (XML Encryption 5.2). */
export const CONTENT_CIPHERS: ReadonlyMap<string, ContentCipher> = new Map([
  ["http://www.w3.org/2009/xmlenc11#aes128-gcm", { name: "aes-128-gcm", authenticated: true }],
  ["http://www.w3.org/2009/xmlenc11#aes256-gcm", { name: "aes-256-gcm", authenticated: true }],
  ["http://www.w3.org/2001/04/xmlenc#aes128-cbc", { name: "aes-128-cbc", authenticated: false }],
  ["http://www.w3.org/2001/04/xmlenc#aes256-cbc", { name: "aes-256-cbc", authenticated: false }],
]);
