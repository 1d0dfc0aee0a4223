// The library's readers of files: loaded when a file is opened, since most visits open none.
export { readGradient, readScene } from 'mandoline';
