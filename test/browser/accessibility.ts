/** Looks for faults of accessibility with axe-core. */
import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

/** The faults of a page as sentences: the rule, and where. */
export async function findAccessibilityFaults(context: BrowserContext, page: Page): Promise<readonly string[]> {
  const session = await context.newCDPSession(page);
  // Not as a script of the page, which the policy of the pages refuses. The session stays open: its end would also end the
  // virtual authenticators of other sessions.
  await session.send("Runtime.evaluate", { expression: axe.source });
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
