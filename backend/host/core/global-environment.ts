/** Variables for the compose files of all stacks, as Dockge keeps them beside the stacks. */
export interface GlobalEnvironment {
    /** Empty where there are none. */
    read(): Promise<string>;
    /** A blank text removes them. */
    write(text: string): Promise<void>;
}
