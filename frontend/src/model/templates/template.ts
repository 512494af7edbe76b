/** A stack to begin with. */
export interface Template {
    /** Its name as a stack, and the key of its sentence in the page's texts. */
    readonly id: string;
    readonly title: string;
    readonly compose: string;
    readonly env: string;
}

/** What must be set before the first start. */
export const passwordLine =
    "# Choose a password before the first start; later it must be changed in the database too.\n";
