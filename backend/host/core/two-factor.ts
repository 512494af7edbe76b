/** One-time codes of a person's second device (TOTP: SHA-1, six digits, a new one every 30 seconds). */
export interface OneTimeCodes {
    /** A new secret, in base32. */
    newSecret(): string;
    /** `otpauth://…` for the device. */
    uri(username: string, secret: string): string;
    /** The number of the 30 seconds that a code belongs to, now or one before or after; undefined for a wrong code. */
    stepOf(code: string, secret: string, now: Date): number | undefined;
}

/** Codes that help a person in who has lost the second device; each once. Only hashes are kept. */
export interface RecoveryCodeStore {
    /** In the place of all that were there. */
    replace(userId: number, hashes: readonly string[]): Promise<void>;
    /** False when there is no such code, or it was used before. */
    use(userId: number, hash: string): Promise<boolean>;
    countLeft(userId: number): Promise<number>;
}
