/** Templates of messages: what is said, given what happened. Each room declares its own, and `app` lists them. */

/** What of a template is known without its data. */
export interface KnownMailTemplate {
  /** Lower case with hyphens: `account-merged`. Unique. */
  readonly name: string;
  /** To whom it is sent and when, for operators: "to a person whose account …". */
  readonly description: string;
}

/** A template for what `Data` tells. */
export interface MailTemplate<Data> extends KnownMailTemplate {
  /** One line. */
  readonly subject: (data: Data) => string;
  /** Plain text, with empty lines between paragraphs. */
  readonly body: (data: Data) => string;
}

/** A message's words, ready to be queued for somebody. */
export interface MailText {
  /** The template's name. */
  readonly template: string;
  readonly subject: string;
  readonly body: string;
}

/** Declares a template. */
export function defineMailTemplate<Data>(template: MailTemplate<Data>): MailTemplate<Data> {
  return template;
}

/** Fills in a template. */
export function writeMail<Data>({ name, subject, body }: MailTemplate<Data>, data: Data): MailText {
  return { template: name, subject: subject(data), body: body(data) };
}

/** The templates of an installation by name. */
export type MailTemplates = ReadonlyMap<string, KnownMailTemplate>;

/**
 * Puts the rooms' templates into one list.
 *
 * @throws Error when two have the same name, or one is not of its form
 */
export function assembleMailTemplates(...rooms: readonly (readonly KnownMailTemplate[])[]): MailTemplates {
  const templates = new Map<string, KnownMailTemplate>();
  for (const template of rooms.flat()) {
    const { name } = template;
    if (!/^[a-z][a-z-]{0,63}$/.test(name)) throw new Error(`"${name}" is no name for a mail template.`);
    if (templates.has(name)) throw new Error(`Two mail templates are called ${name}.`);
    templates.set(name, template);
  }
  return templates;
}
