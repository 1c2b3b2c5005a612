export type { Attachment } from "./attachments.js";
export { email } from "./email.js";
export type { EmailMessage } from "./message.js";
export type { EmailOptions } from "./options.js";
export type { MailTransport, OutgoingMail, SentMail, SmtpOptions } from "./transport.js";
