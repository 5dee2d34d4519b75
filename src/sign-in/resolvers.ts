/** The GraphQL resolvers of sign-in. */
import type { RequestContext } from "../access/request-context.js";
import { defineLoader } from "../platform/graphql/loaders.js";
import type { ResolverClass } from "../platform/graphql/schema.js";
import { AttemptResolver } from "./attempt/attempt.resolver.js";
import { findEvidenceOfAttempts, type Evidence } from "./attempt/evidence.js";
import { createShowExplanation, type ExplainOutcome } from "./attempt/show-explanation.js";
import { ConsentResolver } from "./consent/consent.resolver.js";
import type { LinkServices } from "./link/link.operations.js";
import { SignInLinkResolver } from "./link/link.resolver.js";
import type { PreviewServices } from "./test-sign-in/preview-sign-in.js";
import { TestSignInResolver } from "./test-sign-in/test.resolver.js";

/** Each resolver class with its instance, for `buildGraphQLSchema`. */
export function createSignInResolvers(
  services: LinkServices & PreviewServices,
  explainOutcome: ExplainOutcome,
): ReadonlyMap<ResolverClass, object> {
  const { reader, runtime } = services;
  const showExplanation = createShowExplanation(reader, explainOutcome);
  const loadEvidence = defineLoader<RequestContext, Evidence>((ids) =>
    findEvidenceOfAttempts(reader, runtime.keyRing, ids),
  );
  return new Map<ResolverClass, object>([
    [AttemptResolver, new AttemptResolver(services, explainOutcome, showExplanation, loadEvidence)],
    [ConsentResolver, new ConsentResolver(services)],
    [SignInLinkResolver, new SignInLinkResolver(services)],
    [TestSignInResolver, new TestSignInResolver(services, showExplanation)],
  ]);
}
