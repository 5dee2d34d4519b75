/** Reads licences of packages as SPDX expressions, and finds those that are not permissive. */

/** Licences that require at most a notice (SPDX identifiers). */
const PERMISSIVE = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
]);

/** An entry of `packages` in package-lock.json, with the fields that these tests read. */
export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly engines?: { readonly node?: string };
}

/** Whether permissive licences alone satisfy an expression such as `MIT` or `(MIT OR WTFPL)`. */
export function isPermissive(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/, "$1");
  if (/[()]/.test(plain)) return false;
  return plain.split(" OR ").some((choice) => choice.split(" AND ").every((licence) => PERMISSIVE.has(licence)));
}

/**
 * The packages that come with Usher and whose licence is missing, unknown or not permissive: `PATH@VERSION: LICENCE`.
 *
 * @param readByHand licences of packages whose manifest names none, by `NAME@VERSION`
 */
export function findWrongLicences(
  packages: Readonly<Record<string, LockedPackage>>,
  readByHand: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .flatMap(([path, { version, license }]) => {
      const name = `${path.split("node_modules/").at(-1)}@${version}`;
      const licence = license ?? readByHand[name] ?? "none";
      return isPermissive(licence) ? [] : [`${name}: ${licence}`];
    });
}
