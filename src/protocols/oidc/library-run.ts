/**
 * Runs a passport library's `authenticate` once, as a promise. Passport's libraries report through functions on the
 * strategy object; each run gets an object of its own, so that no run can be answered with another's result. The first
 * report counts.
 */

/** What a library reported. */
export type LibraryReport =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "success"; readonly user: unknown }
  | { readonly kind: "failure"; readonly challenge: unknown };

/**
 * @param strategy the shared strategy, which is only looked at
 * @param parts what this run has of its own in place of the shared strategy's, such as the library's HTTP client
 * @param authenticate calls the library on the run's own object
 * @throws what the library reported as an error or threw
 */
export function runLibrary<Shared extends object>(
  strategy: Shared,
  parts: object,
  authenticate: (own: Shared) => void,
): Promise<LibraryReport> {
  return new Promise((resolve, reject) => {
    const actions = {
      redirect: (url: unknown) => resolve({ kind: "redirect", url: String(url) }),
      success: (user: unknown) => resolve({ kind: "success", user }),
      fail: (challenge: unknown) => resolve({ kind: "failure", challenge }),
      pass: () => resolve({ kind: "failure", challenge: "the library passed" }),
      error: reject,
    };
    // Defined, not assigned: the caller's own actions, which are inherited here, may be read-only.
    authenticate(Object.create(strategy, Object.getOwnPropertyDescriptors({ ...actions, ...parts })) as Shared);
  });
}
