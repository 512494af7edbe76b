/** A value that was written as JSON already, and is stored and sent as that text without being written again. */
export class JsonText {
    readonly text: string;

    constructor(text: string) {
        this.text = text;
    }

    toJSON(): unknown {
        return JSON.parse(this.text);
    }
}
