/** An image to be had on another engine: under this name, with this id. */
export interface WantedImage {
    readonly name: string;
    /** `sha256:…` */
    readonly id: string;
}

export interface SendOptions {
    readonly signal: AbortSignal;
    /** Told what is sent, about once a second. */
    readonly onProgress: (progress: SendProgress) => void;
}

export interface SendProgress {
    /** The images that are being sent. */
    readonly images: readonly string[];
    readonly sentBytes: number;
}

/** Brings images from this machine's engine to another one, without a registry. */
export interface ImageTransfer {
    /**
     * Sends the images that the other engine lacks, by id, and gives the names to those that it has. Answers the names of
     * the sent ones. Throws AppError `not_found` for an image that is not here.
     */
    send(images: readonly WantedImage[], options: SendOptions): Promise<readonly string[]>;
}
