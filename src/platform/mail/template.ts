/** Templates of messages. Each part of `src` declares its own, and `app` lists them. */

/** The parts of a template that do not depend on its data. */
export interface KnownMailTemplate {
  /** Lower case with hyphens: `account-merged`. Unique. */
  readonly name: string;
  /** Tells operators who gets the message and why: "to a person whose account …". */
  readonly description: string;
}

export interface MailTemplate<Data> extends KnownMailTemplate {
  /** One line. */
  readonly subject: (data: Data) => string;
  /**
   * Plain text, with empty lines between paragraphs. The HTML of the message is made from it: an address of the installation
   * becomes a link there.
   */
  readonly body: (data: Data) => string;
}

/** A message without its recipient. */
export interface MailText {
  /** The template's name. */
  readonly template: string;
  readonly subject: string;
  readonly body: string;
  /** The organization's name, for the beginning of the HTML; absent or `null` for the sender's name. */
  readonly heading?: string | null;
}

/** Declares a template. */
export function defineMailTemplate<Data>(template: MailTemplate<Data>): MailTemplate<Data> {
  return template;
}

/** Fills in a template. */
export function writeMail<Data extends { readonly organization?: { readonly name: string } | null }>(
  { name, subject, body }: MailTemplate<Data>,
  data: Data,
): MailText {
  return { template: name, subject: subject(data), body: body(data), heading: data.organization?.name ?? null };
}

/** The templates of an installation by name. */
export type MailTemplates = ReadonlyMap<string, KnownMailTemplate>;

/**
 * Joins lists of templates.
 *
 * @throws Error when two templates have the same name, or a name has the wrong form
 */
export function assembleMailTemplates(...lists: readonly (readonly KnownMailTemplate[])[]): MailTemplates {
  const templates = new Map<string, KnownMailTemplate>();
  for (const template of lists.flat()) {
    const { name } = template;
    if (!/^[a-z][a-z-]{0,63}$/.test(name))
      throw new Error(`"${name}" cannot be the name of a mail template: use lower-case letters and hyphens.`);
    if (templates.has(name)) throw new Error(`Two mail templates are named ${name}.`);
    templates.set(name, template);
  }
  return templates;
}
