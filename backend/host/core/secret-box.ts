/**
 * Keeps secrets of Dockge's own tables unreadable at rest: `cicd:` and cipher text in the place of the text. What stands
 * there in clear, because Dockge wrote it, is read too.
 */
export interface SecretBox {
    /** `context` ties a secret to its place: it must be the same when opening. */
    seal(text: string, context: string): string;
    /** Throws AppError `conflict` when it was sealed with another key. */
    open(stored: string, context: string): string;
    isSealed(stored: string): boolean;
}
