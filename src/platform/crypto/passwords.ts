/**
 * Passwords of local accounts: argon2id (RFC 9106) with the parameters that OWASP recommends. The native library is loaded
 * with the first password, because an installation with only single sign-on never needs it.
 */
import { Failure, UNAVAILABLE } from "../errors/failure.js";

const MEMORY_KIBIBYTES = 19_456;
const PASSES = 2;
const LANES = 1;
const HASH_BYTES = 32;
/** `Algorithm.Argon2id` and `Version.V0x13` of the library, whose enums exist only at compile time. */
const ARGON2ID = 2;
const VERSION_1_3 = 1;

/** The beginning of every hash with these parameters (PHC string format). */
const PRESENT_PARAMETERS = `$argon2id$v=19$m=${MEMORY_KIBIBYTES},t=${PASSES},p=${LANES}$`;

/** A hash with these parameters and zeros for salt and hash, which no known password has. */
const HASH_OF_NOTHING = `${PRESENT_PARAMETERS}${"A".repeat(22)}$${"A".repeat(43)}`;

const loadArgon2 = () => import("@node-rs/argon2");

/** The largest number of hashes under way in a process. Each needs 19 MiB and a thread. */
const MOST_AT_ONCE = 4;
/** The largest number of hashes that wait in a process: some seconds of work. @internal */
export const MOST_WAITING = 200;
const RETRY_AFTER_SECONDS = 5;

let running = 0;
const waiting: (() => void)[] = [];

/** Runs `work` when it is its turn. @throws UNAVAILABLE if too many wait already */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running < MOST_AT_ONCE) running += 1;
  else if (waiting.length >= MOST_WAITING) throw new Failure(UNAVAILABLE, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    // Passes the turn on to the work that has waited longest.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/**
 * Hashes a password with a random salt. Takes tens of milliseconds and 19 MiB, off the main thread.
 *
 * @throws UNAVAILABLE if too many passwords are waiting to be hashed
 */
export async function hashPassword(password: string): Promise<string> {
  const { hash } = await loadArgon2();
  return await inTurn(() =>
    hash(normalize(password), {
      algorithm: ARGON2ID,
      version: VERSION_1_3,
      memoryCost: MEMORY_KIBIBYTES,
      timeCost: PASSES,
      parallelism: LANES,
      outputLen: HASH_BYTES,
    }),
  );
}

/**
 * Whether a password matches a stored hash.
 *
 * @throws UNAVAILABLE if too many passwords are waiting, Error when `stored` is not an argon2 hash: a defect of storage
 */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const { verify } = await loadArgon2();
  return await inTurn(() => verify(stored, normalize(password)));
}

/** Costs as much as one verification, for an account that does not exist or has no password. Always `false`. */
export async function verifyAgainstNothing(password: string): Promise<false> {
  await verifyPassword(HASH_OF_NOTHING, password);
  return false;
}

/**
 * Whether a hash was made with parameters other than the present ones. If so, the next successful sign-in must renew the
 * hash.
 */
export function needsRehash(stored: string): boolean {
  return !stored.startsWith(PRESENT_PARAMETERS);
}

/** The composed form of a password, because keyboards encode one character in several ways (RFC 8265 4.2). */
function normalize(password: string): string {
  return password.normalize("NFC");
}
