/** What a user wants of a stack: one that was stopped stays stopped until it is started again. */
export interface StackStateStore {
    isStopped(stackId: string): Promise<boolean>;
    setStopped(stackId: string, stopped: boolean): Promise<void>;
}
