/** Passport strategies that take an `Exchange`, and the use of passport's own libraries for one exchange. */
import { Strategy } from "passport";
import type { Exchange, PostExchange, ReturnExchange, StartExchange, Verification } from "./exchange.js";

/** What a strategy does in each step. It refuses by throwing a `ProtocolRefusal`; anything else that it throws is a defect. */
export interface ExchangeSteps<Verified> {
  /** Keeps the flow and returns the address to which the person is sent. */
  readonly start: (exchange: StartExchange) => Promise<string>;
  /** Uses the flow up and returns what was verified. Throws for a protocol whose responses are posted. */
  readonly return: (exchange: ReturnExchange) => Promise<Verified>;
  /** Leaves flow and replay note to sign-in. Throws for a protocol whose responses come by redirect. */
  readonly post: (exchange: PostExchange) => Promise<PostVerification<Verified>>;
}

type PostVerification<Verified> = Verification<Verified> & {
  readonly posted: NonNullable<Verification<Verified>["posted"]>;
};

/** The actions that passport puts on a request's child of a strategy, as far as an exchange uses them. */
interface StrategyActions {
  redirect(url: string): void;
  success(verification: unknown): void;
  error(error: unknown): void;
}

/** Makes a strategy of its steps. It keeps nothing about a request, so that all requests may share it. */
export function defineStrategy<Verified>(steps: ExchangeSteps<Verified>): Strategy {
  return new ExchangeStrategy(steps);
}

class ExchangeStrategy<Verified> extends Strategy {
  // Not a #private field: each request gets a child object, on which those do not exist.
  constructor(private readonly steps: ExchangeSteps<Verified>) {
    super();
  }

  override authenticate(exchange: unknown): Promise<void> {
    return answerExchange(this as unknown as StrategyActions, exchange as Exchange, this.steps);
  }
}

/**
 * Runs the step of an exchange, and calls exactly one action, once: `redirect`, `success` with a `Verification`, or `error`
 * with what the step threw. For strategies that extend one of passport's libraries; `defineStrategy` makes the others.
 *
 * @param strategy the request's own child of the strategy
 */
export async function answerExchange<Verified>(
  strategy: StrategyActions,
  exchange: Exchange,
  steps: ExchangeSteps<Verified>,
): Promise<void> {
  let answer: () => void;
  try {
    answer = await runStep(strategy, exchange, steps);
  } catch (error) {
    answer = () => strategy.error(error);
  }
  answer();
}

async function runStep<Verified>(
  strategy: StrategyActions,
  exchange: Exchange,
  steps: ExchangeSteps<Verified>,
): Promise<() => void> {
  switch (exchange.step) {
    case "start": {
      const url = await steps.start(exchange);
      return () => strategy.redirect(url);
    }
    case "return": {
      const verification: Verification<Verified> = { verified: await steps.return(exchange), posted: null };
      return () => strategy.success(verification);
    }
    case "post": {
      const verification = await steps.post(exchange);
      return () => strategy.success(verification);
    }
  }
}

/** What one of passport's libraries reported. */
export type LibraryReport =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "success"; readonly user: unknown }
  | { readonly kind: "failure"; readonly challenge: unknown };

/**
 * Runs the `authenticate` of one of passport's libraries as a promise. The libraries report through functions on the
 * strategy object; each run gets an object of its own, so that it cannot receive the result of another run. The first
 * report counts.
 *
 * @param strategy the shared strategy, which stays as it is
 * @param parts what this run has in place of the shared strategy's members, such as the library's HTTP client
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
    // Defined, not assigned: the inherited actions of the request may be read-only.
    authenticate(Object.create(strategy, Object.getOwnPropertyDescriptors({ ...actions, ...parts })) as Shared);
  });
}
