// VitePress's own theme; wide tables and pictures in them fit phones.
import DefaultTheme from 'vitepress/theme';
import './style.css';

export default DefaultTheme;
