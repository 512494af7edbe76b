/** Passwords are stored as bcrypt hashes, cost 10, as Dockge stores them. */
export interface PasswordHasher {
    hash(password: string): Promise<string>;
    /** Takes equally long when there is no hash (an unknown user), and is false then. */
    verify(password: string, hash: string | undefined): Promise<boolean>;
}

const characterClasses = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const minimumLength = 6;

/** Why a password is too weak, or undefined: Dockge's rule, at least 6 characters of at least two kinds. */
export function whyWeak(password: string): string | undefined {
    const kinds = characterClasses.filter((kind) => kind.test(password)).length;
    if (password.length >= minimumLength && kinds >= 2) {
        return undefined;
    }
    return (
        "Password is too weak: use at least 6 characters of at least two kinds " +
        "(small letters, capital letters, digits, others)"
    );
}
