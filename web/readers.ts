// The library's file readers: loaded when a file is opened, since most visits open none.
export { readGradient, readScene } from 'mandoline';
