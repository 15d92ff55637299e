type Run = () => void | Promise<void>;
/**
 * Holds that `long`, with 8 times as much to do, costs about 8 times as much; looking at all again at every step would cost
 * 64 times as much. Of each the try counts that garbage and warming up disturbed least, however many that takes.
 */
export declare function expectLinear(short: Run, long: Run): Promise<void>;
export {};
