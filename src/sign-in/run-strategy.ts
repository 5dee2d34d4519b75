/** Runs a passport strategy for one step of one sign-in, without passport's middleware, sessions or global registry. */
import type { Strategy } from "passport";
import type { Exchange, UnsolicitedMessage, Verification } from "../connection/contract/index.js";
import { Failure } from "../platform/errors/failure.js";
import { SIGN_IN_TIMED_OUT } from "./failures.js";

/** What a strategy did with an exchange. Passport's other actions (`fail`, `pass`) are errors here. */
export type StrategyOutcome =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "verified"; readonly verification: Verification<unknown> }
  | { readonly kind: "unsolicited"; readonly target: string | null };

/**
 * How long a strategy may take: longer than one request of the guarded fetch, and shorter than the timeouts of browsers
 * and proxies.
 */
const TIMEOUT_MS = 25_000;

/**
 * Runs `strategy.authenticate(exchange)` on a child of the strategy. Passport writes its actions onto the strategy object,
 * so a shared object would give one person's result to another person. The first action counts. `fail`, `pass` and a timeout
 * are errors.
 */
export function runStrategy(
  strategy: Strategy,
  exchange: Exchange,
  timeoutMs: number = TIMEOUT_MS,
): Promise<StrategyOutcome> {
  return new Promise<StrategyOutcome>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure(SIGN_IN_TIMED_OUT, { detail: null })), timeoutMs);
    timer.unref();
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    const child: Strategy = Object.assign(Object.create(strategy), {
      redirect: (url: string) => finish(() => resolve({ kind: "redirect", url })),
      success: (result: Verification<unknown> | UnsolicitedMessage) =>
        finish(() =>
          resolve(
            "unsolicited" in result
              ? { kind: "unsolicited", target: result.target }
              : { kind: "verified", verification: result },
          ),
        ),
      error: (error: unknown) => finish(() => reject(asError(error))),
      fail: (challenge: unknown) => finish(() => reject(new Error(`the strategy failed: ${toText(challenge)}`))),
      pass: () => finish(() => reject(new Error("the strategy called pass(), which is not an outcome"))),
    });
    try {
      // Passport declares an Express request, but the contract of connection types passes an Exchange.
      const running: unknown = (child as { authenticate(request: unknown): unknown }).authenticate(exchange);
      if (running instanceof Promise) running.catch((error: unknown) => finish(() => reject(asError(error))));
    } catch (error) {
      finish(() => reject(asError(error)));
    }
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`the strategy failed: ${toText(error)}`);
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "without a reason");
}
