/**
 * Passwords of local accounts: argon2id (RFC 9106) with the parameters that OWASP recommends for it. The library is native
 * and is loaded with the first password, because an installation with single sign-on alone never needs it.
 */

const MEMORY_KIBIBYTES = 19_456;
const PASSES = 2;
const LANES = 1;
const HASH_BYTES = 32;
/** `Algorithm.Argon2id` and `Version.V0x13` of the library, whose enums exist at compile time only. */
const ARGON2ID = 2;
const VERSION_1_3 = 1;

/** How every hash of the present parameters begins (the PHC string format). */
const PRESENT_PARAMETERS = `$argon2id$v=19$m=${MEMORY_KIBIBYTES},t=${PASSES},p=${LANES}$`;

/** A hash of the present parameters, 16 bytes of salt and 32 of hash, all zero, that no known password has. */
const HASH_OF_NOTHING = `${PRESENT_PARAMETERS}${"A".repeat(22)}$${"A".repeat(43)}`;

const loadArgon2 = () => import("@node-rs/argon2");

/** Hashes a password for storage, with a salt of its own. Takes tens of milliseconds and 19 MiB, off the main thread. */
export async function hashPassword(password: string): Promise<string> {
  const { hash } = await loadArgon2();
  return await hash(normalize(password), {
    algorithm: ARGON2ID,
    version: VERSION_1_3,
    memoryCost: MEMORY_KIBIBYTES,
    timeCost: PASSES,
    parallelism: LANES,
    outputLen: HASH_BYTES,
  });
}

/**
 * Whether a password is the one that was hashed.
 *
 * @throws Error when `stored` is not an argon2 hash: a defect of storage
 */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const { verify } = await loadArgon2();
  return await verify(stored, normalize(password));
}

/** Spends exactly what one verification costs, where there is no account or it has no password. Always `false`. */
export async function verifyAgainstNothing(password: string): Promise<false> {
  await verifyPassword(HASH_OF_NOTHING, password);
  return false;
}

/** Whether a hash was made with other parameters than the present ones; to be renewed at the next successful sign-in. */
export function needsRehash(stored: string): boolean {
  return !stored.startsWith(PRESENT_PARAMETERS);
}

/** Keyboards write one character in several ways; the composed form is the one that counts (RFC 8265 4.2). */
function normalize(password: string): string {
  return password.normalize("NFC");
}
