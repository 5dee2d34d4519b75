/**
 * Runs the strategy of any connection type as sign-in does. Keeps flows in memory, gives each run a child of the
 * strategy, and records its answers.
 */
import { randomBytes } from "node:crypto";
import type { Strategy } from "passport";
import type { Exchange, FlowDraft, PendingFlow, Verification } from "../../src/connection/contract/index.js";

/** One answer of a strategy: the action that it called. */
export type Answer =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "success"; readonly verification: Verification<unknown> }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "fail" | "pass" };

const TURNS_AFTER_THE_ANSWER = 5;

/** Runs one exchange and returns all answers of the strategy, in their order. A correct strategy gives one. */
export async function runExchange(strategy: Strategy, exchange: Exchange): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  await new Promise<void>((resolve) => {
    const note = (answer: Answer) => {
      answers.push(answer);
      resolve();
    };
    // The actions are read-only, because an application may define them so.
    const child = Object.create(strategy, {
      redirect: { value: (url: string) => note({ kind: "redirect", url }) },
      success: { value: (verification: Verification<unknown>) => note({ kind: "success", verification }) },
      error: { value: (error: unknown) => note({ kind: "error", error }) },
      fail: { value: () => note({ kind: "fail" }) },
      pass: { value: () => note({ kind: "pass" }) },
    }) as Strategy;
    // Passport's types require an Express request, but the contract passes an exchange.
    const running = child as unknown as { authenticate(request: Exchange): unknown };
    Promise.resolve()
      .then(() => running.authenticate(exchange))
      .catch((error: unknown) => note({ kind: "error", error }));
  });
  for (let turn = 0; turn < TURNS_AFTER_THE_ANSWER; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return answers;
}

/** Flows of one connection, kept in memory. */
export class Flows {
  private readonly kept = new Map<string, FlowDraft>();
  private readonly consumed = new Set<string>();

  keep = async (draft: FlowDraft): Promise<string> => {
    const state = randomBytes(32).toString("base64url");
    this.kept.set(state, draft);
    return state;
  };

  /** The flow of a state handle. */
  find(state: string): PendingFlow | null {
    const draft = this.kept.get(state);
    if (draft === undefined) return null;
    const consume = async () => !this.consumed.has(state) && Boolean(this.consumed.add(state));
    return { ...draft, startedAt: new Date(), consume };
  }

  /** The flow of an outgoing request's id. */
  findByRequest = async (requestId: string): Promise<PendingFlow | null> => {
    const [state] = [...this.kept].find(([, draft]) => draft.requestId === requestId) ?? [];
    return state === undefined ? null : this.find(state);
  };

  get count(): number {
    return this.kept.size;
  }

  /** The number of flows that were used up. */
  get usedUp(): number {
    return this.consumed.size;
  }
}
