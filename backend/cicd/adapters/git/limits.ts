const mebibyte = 1024 * 1024;

/** How much a repository may ask of this machine. docs/git.md tells users. */
export const gitLimits = {
    /** Commits of each branch and tag that the first fetch of a repository brings. */
    firstDepth: 50,
    /** Commits more where those are not enough; where these are not enough either, all are fetched. */
    nextDepth: 1000,
    /** Files and folders of one commit, its submodules counted for themselves. */
    files: 500_000,
    /** Folders that lie in each other. */
    levels: 100,
    fileBytes: 2048 * mebibyte,
    commitBytes: 8192 * mebibyte,
    /** Growth of a mirror during one fetch. */
    fetchBytes: 8192 * mebibyte,
    /** A file that git converts at the checkout (its line ends, its encoding) is held in memory for that. */
    convertedBytes: 64 * mebibyte,
    gitmodulesBytes: mebibyte,
    /** Submodules of one commit, with those of submodules. */
    submodules: 100,
    submoduleDepth: 5,
    /** Characters of a commit message that are kept. */
    messageLength: 64 * 1024,
    authorLength: 255,
} as const;
