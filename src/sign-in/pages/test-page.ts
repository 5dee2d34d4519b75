/**
 * The end of a test sign-in. The page shows no claims, because the browser may belong to anyone. An administrator reads the
 * claims with `signInAttempt`.
 */
import type { Response } from "express";
import { html, sendPage } from "../../platform/http/pages.js";
import type { ExplainedDecision } from "../../provisioning/explain.js";

interface TestView {
  readonly reference: string;
  /** What a real sign-in would have done, as a sentence. */
  readonly outcome: string;
  /** The catalogue code of a refusal; `null` if a sign-in would succeed. */
  readonly code: string | null;
  /** What the administrator can do about a refusal; `null` if a sign-in would succeed. */
  readonly remedy: string | null;
}

export function sendTestPage(response: Response, status: number, { reference, outcome, code, remedy }: TestView): void {
  const body = html`
    <p>This was a test. Nobody was signed in, and nothing was changed.</p>
    <p class="${code === null ? "" : "error"}" role="status">${outcome}</p>
    ${code === null ? "" : html`<p>Code: <strong>${code}</strong></p>`} ${remedy === null ? "" : html`<p>${remedy}</p>`}
    <p>
      Reference: <strong class="reference">${reference}</strong>. An administrator reads the claims, the profile and the
      mapping rules with the query <code>signInAttempt(reference: "${reference}")</code>.
    </p>
  `;
  sendPage(response, status, { title: "Test sign-in", body });
}

/** What a sign-in would have done, as a sentence. */
export function describeOutcome({ kind, awaitsApproval }: ExplainedDecision): string {
  switch (kind) {
    case "CREATE":
      return awaitsApproval
        ? "A sign-in would create an account that waits for an administrator's approval."
        : "A sign-in would create an account and let the person in.";
    case "LINK":
      return "A sign-in would link the person to the account that was prepared for them, and let them in.";
    case "MERGE":
      return "A sign-in would join the person to the existing account with their e-mail address, and let them in.";
    case "UPDATE":
      return "A sign-in would let the person in to their account.";
    case "REQUEST_LINK":
      return "A sign-in would ask an administrator to link the person to an existing account, and refuse them until then.";
    case "REFUSE":
      return "A sign-in would refuse the person.";
  }
}
