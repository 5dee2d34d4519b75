/** Runs the conformance suite of the contract over every connection type. */
import { describeConnectionType } from "../../testing/conformance/connection-type.js";
import { entraIdSubject, googleWorkspaceSubject, oidcSubject } from "./openid-subjects.js";
import { samlSubject } from "./saml-subject.js";
import { specimenSubject } from "./specimen-subject.js";

describeConnectionType("oidc", oidcSubject);
describeConnectionType("entra-id", entraIdSubject);
describeConnectionType("google-workspace", googleWorkspaceSubject);
describeConnectionType("saml", samlSubject);
describeConnectionType("the specimen", specimenSubject);
